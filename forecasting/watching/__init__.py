"""Forecasts against what came: scores of runs, drift of champions, challengers and their duel."""
