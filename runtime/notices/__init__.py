"""Notices: people and other programs are told of cases that are new, due or overdue, and of incidents that are closed.

`events` says what is owed and when (pure); `hearing` finds it, every few seconds, by the one column `notice_at` of a
case; `wishes` and `hooks` are who wants to know; `letters` (pure) writes what `mails` sends. A notice tells that there
is something to look at and where: it holds nothing of the case itself, and its link decides nothing.
"""
