"""Mail in, mail out.

send      SMTP: one letter to one recipient, through the city's relay
"""
