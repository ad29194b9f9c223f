"""Keep forecasts fresh: runs, new rows, refits, schedules."""
