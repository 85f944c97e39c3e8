"""Ways in and out; a channel never sees a case.

message   Incoming, Outgoing, Contact, Place, Attachment, Receipt: all that crosses the desk
desk      Desk and Postroom for the ways in, Sender for the ways out
mailbox   mail in by IMAP and LMTP, read and screened; mail out by SMTP
memory    MemorySender, ConsoleSender: the twins that run on a laptop and in tests
telephone what a switch tells of its calls -> events; commands to it
web       the citizen's form post -> Incoming
"""
