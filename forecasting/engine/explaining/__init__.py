"""Why a forecast is what it is: parts, weights, importances and sentences made of their numbers."""
