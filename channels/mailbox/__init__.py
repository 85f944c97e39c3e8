"""Mail in, mail out.

facts     Reading and its parts; Unreadable
reading   a letter's bytes -> Reading
charsets  bytes -> text, whatever the label says
headers   headers as they came -> text, addresses, ids, dates
tree      the parser's tree of parts, with headers as they came
parts     the parts -> words, enclosures, letters inside
winmail   what Outlook wraps in winmail.dat
markup    HTML -> readable text, and a view that cannot do anything
folding   new words apart from quoted history, forwards and signatures
names     names of enclosed files made safe
contacts  phones, addresses and case numbers in the words
report    delivery reports
screens   small named checks that say what kind of letter it is
worker    Readers: reading in processes that can be killed
reader    what runs in such a process
wire      a Reading as JSON
marks     signed Message-IDs and the loop header of our own letters
notices   what our letters say, from templates an office edits
lmtp      the letter slot: LMTP and SMTP, "250" only when the letter is on disk
imap      looks after one mailbox for ever; imapbox: one mailbox over IMAP, as blocking calls
send      SMTP: one letter to one recipient, through the city's relay
"""
