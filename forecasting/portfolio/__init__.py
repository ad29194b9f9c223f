"""Forecasts of many series: one row for each, the worst first, and totals that add up."""
