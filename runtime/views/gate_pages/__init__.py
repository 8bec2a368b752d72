"""The pages of gates: all of them, those of a workflow, one gate, and its cases down to the single one.

| module    | what it offers                                                                             |
|-----------|--------------------------------------------------------------------------------------------|
| `lists`   | the pages of all gates and of a workflow's                                                 |
| `one`     | the page of one gate, and what people may do to it                                         |
| `rows`    | its cases, filtered, paged, and as a file                                                  |
| `mistakes`| what a gate got wrong where it decided                                                     |
| `drawn`   | which gates the newest drawings have, by name; fixed cut-offs among them                   |
| `words`   | promise, state, log and cut-offs as sentences; pure                                        |
| `charts`  | curves as shapes, each with the numbers behind it; pure                                    |

They read `Gate`, `Decision` and `GateProfile`; what is heavy was computed by `gates.profiles` before anybody asked.
"""
