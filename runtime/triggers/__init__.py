"""What starts runs beside the API and a person's own hand: schedules, forms, rows of files, calls from outside."""
