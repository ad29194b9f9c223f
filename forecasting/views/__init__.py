"""Pages of forecasts and models, one module an idea."""
