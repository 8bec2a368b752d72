"""The pages of what starts a workflow: schedules, forms and tables; one file a way."""
