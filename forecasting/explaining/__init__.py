"""Why a forecast is what it is: the engine's explanation as a job, kept with the result."""
