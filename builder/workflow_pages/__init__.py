"""The pages of one workflow beside its canvas: how it does, its versions, how it is started, who may do what.

Routed by `builder.urls`. They show and hand on; what they change is changed by `drafts`. Each begins with the tabs of
`runtime.templatetags.workflow_tabs`, as the pages of single triggers, of gates and of backtests do.
"""
