"""Gradient boosted trees on lags, moving statistics, the calendar and known covariates."""
