"""What a drill leaves on disk: `reports/<drill-id>/`, and how it is written, found and read again."""
