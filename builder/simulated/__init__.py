"""Workflows whose gates have a past: made before one's eyes from invented messages and simulated reviewers.

Called by the command `demo`, after the example. Nothing is written around the product: messages become runs of
published workflows, cases are settled through `runtime.cases.escalations` by users who cannot sign in and are called
“Simulated reviewer”, and the ledger, its folds and its alarm are the real ones. It is no test data and no benchmark,
and nothing else in the product reads it.

| module    | what it offers                                                                          |
|-----------|-----------------------------------------------------------------------------------------|
| `texts`   | what people write, by what it is truly about                                            |
| `worlds`  | `World.message(stage, number)`: the same messages on every machine, and what is true      |
| `stories` | `STORIES`: the three workflows, and the stages that each of them goes through            |
| `install` | the people, their queue and the published workflows                                     |
| `living`  | `live(story, …)`: runs, answers, folds, until the gate is where its story ends           |
"""
