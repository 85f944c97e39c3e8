"""What schemathesis is told beside the document: its settings, and one check of our own."""
