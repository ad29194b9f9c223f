"""What can be said of the steps to come: calendars, holidays, and covariates that are forecast."""
