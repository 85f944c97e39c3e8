"""What happened, in numbers.

queries    read-only SQL: counts by day, channel, category, department
measures   the rates from the counts; pure
"""
