"""Documents out: circulars and reports as DOCX, PDF, XLSX and JSON, from one composed document."""
