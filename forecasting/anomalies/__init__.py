"""Anomalies of datasets: watched, judged by jobs, labelled by people."""
