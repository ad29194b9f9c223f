"""Pages of datasets, one file per thing a person does."""
