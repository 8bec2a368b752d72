"""Gates at run time: what a decision with a promise may do by itself, its ledger, and how it earns and loses trust.

The arithmetic is in `runtime.judgement`, pure; here is what keeps it: the tables `Gate` (a row an epoch) and `Decision`
(the ledger), which nobody else writes. The life of a decision:

1. A step asks `context.gate(GateQuestion) -> GateVerdict` (`core.node`). `policies.judged` reads the policy in force,
   draws the case (the same for every attempt, see `draws`), and answers. Nothing is written.
2. The row travels in the wave of the step's end. `ledger.write` numbers it under the lock of its gate, in the very
   transaction that journals the end: no crash loses a row or draws twice. Try-outs leave no row.
3. A person answers the case behind the port `unsure`. When the answer goes on (not before: it may be taken back),
   `labels.answered` attaches it; what nobody will ever answer is given up, and counts as wrong.
4. `folding` takes in the labels, in arrival order, in a job and a process of its own; the gate's row says where it
   stands from then on.

| module      | what it offers                                                                                      |
|-------------|-----------------------------------------------------------------------------------------------------|
| `policies`  | `judged(question, seat)`: the door of a step                                                         |
| `draws`     | the number by which a case is drawn for an audit                                                     |
| `epochs`    | `published`, `restart`, `loosened_by`: when a new epoch begins, what a new version asks less of      |
| `ledger`    | `write`, `rows_of`, `standing_of`: the tables as `judgement.Row` and `Standing`, and back            |
| `callees`   | what the workflows do that a gate's steps run, for its fingerprint                                    |
| `changes`   | `why`: why an epoch began, in words                                                                  |
| `labels`    | `answered`, `told`, `given_up`: the answers of people                                                |
| `folding`   | `fold`, `fold_due`: from labels to a standing; `numbers`, `sums`: the process where it is computed   |
| `closing`   | `on_closed(hook)`: who hears that a gate has closed itself                                           |
| `waiting`   | `hand_back`, `give_up`: cases that lie about, and those that nobody can answer any more              |
| `verifying` | `flaws_of`: whether a gate is what its ledger says                                                   |

For pages: read `Gate` and `Decision` (their docstrings name every column); `ledger.standing_of(gate)` gives what
`judgement.budget`, `curves` and `report` ask for. This module imports nothing.
"""
