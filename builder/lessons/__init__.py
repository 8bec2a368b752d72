"""What a reviewer's decision can teach a workflow: an example, a row of a table, a rule, a sample case.

`reading` says what is known of an answered case; `makers` offers what it can teach, and makes of each lesson an edit of
a drawing (pure, one file a sort); `store` keeps proposals, accepts and declines them; `effects` tells beforehand what
one would change. Called by `lesson_views`. Nothing here publishes: an accepted lesson changes the draft alone.
"""
