"""Numbers that earn trust: how a gate gets from reviewers' answers to a cut-off that it may decide from by itself.

Pure: no tables, clock, files or network, and no randomness of its own (`draw` is a number in [0, 1) that the caller
drew when the case arrived). Frozen dataclasses in, frozen dataclasses out. Called by `runtime.nodes` and by what keeps
gates. This module imports nothing: `signals`, `policy`, `ledger`, `alarm` and `report` need the standard library alone,
so that a decision costs microseconds; numpy is loaded by whoever folds labels, scipy by whoever asks for an interval,
scikit-learn by whoever makes a plan or learns which cases are familiar.

The way of a case, and who says what:

| module        | what it offers                                                                                      |
|---------------|-----------------------------------------------------------------------------------------------------|
| `promise`     | `Promise(max_error, confidence)`, `Rules`: what a gate is held to; fixed for an epoch               |
| `signals`     | `Scoring.score(signals, novelty) -> Scored`: a score in 0..1, or why there is none                  |
| `policy`      | `decide(policy, signals, novelty, draw) -> Decision`: automatic or a person, drawn for review or not |
| `ledger`      | `Row`, `Label`, `written`, `attach`, `weigh`, `settled`: one row a decision; what its labels say     |
| `gate`        | `begin`, `fold`, `recompute`, `policy_of`, `changed`, `loosened`: probation, proven, broken         |
| `plan`        | `make`: scoring and candidates, chosen from the first labels, which certify nothing                 |
| `head`        | `fit`: the logistic head over the signals                                                           |
| `certificate` | `Evidence`: the anytime-valid certificate of each candidate                                         |
| `onelook`     | `certify_once`: the same question asked once, of a fixed sample                                     |
| `alarm`       | `Alarm`: when audits say that the promise is broken                                                 |
| `report`      | `at_most_wrong`: how many automatic decisions of a period were wrong at most                        |
| `curves`      | `reliability`, `coverage`: what the page of a gate draws, with bounds                               |
| `budget`      | `labels_needed`: about how many more labels, and how many days                                      |
| `novelty`     | `Familiarity`: a conformal p-value of a case against the workflow's past ones                       |
| `backtest`    | `estimate`, `discordant`, `top_up`: what a draft would have done, with intervals                    |
| `reviewers`   | `doubtful`: reviewers who give one answer whatever they are shown                                   |
| `stored`      | `to_json`, `standing_from`, `plan_from`, `same`: a standing as JSON, and compared                    |

What is promised, under which assumptions and by which formula: `docs/judgement.md`.
"""
