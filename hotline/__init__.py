"""The hotline: cases, the flow they follow, where they are kept and who sees them."""
