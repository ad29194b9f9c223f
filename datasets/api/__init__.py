"""Data for programs: `/api/v1/datasets/`, `/uploads/`, `/queries/`, one idea a file."""
