"""Where cases are kept; SQLAlchemy lives here and in reports/queries.py.

database    engines, the aware date type, and the unit of work: one request is one transaction
tables      what is kept of a case; ledgers: what is kept beside it; people: who signs in
keys        the keys that lie outside the database; cipher: what they lock
suites      国密 beside AES; rotation: everything under a new key, online
inbox       raw intake first: numbers, idempotency; gathering: many callers, one commit
casebook    the one repository: load a case for update, save it, find it, find what is due
ties        cases merged into one another: the order of their locks, and what must hold of them
copies      what a merged caller added, as it stands in the parent; erased with the caller's own
stale       which cases wait for something that time or a new version brings
rows        between the rows of a case and the domain's facts
facts       timelines in bulk and what they fold to; nights: a day rebuilt; facttables
vault       citizens' identity at rest: encrypted, looked up by keyed hash, revealed on record
ledger      what may be checked: audit chains, the conservation equation, the invariants
conservation  the equation over all days or some, from indexes alone
reveals     who saw what of whom, as the auditor asks
anchors     the daily root over all chains, outside the database; anchorchecks: held against it
catalogue   plain reads and writes: departments, topics, labels, settings
rulebooks   the duty list by version; decisions: what was suggested and done, the dispatch switch
driftcounts what the drift watch counts; shadows: what a candidate said; alarms: what is broken
accounts    officers, sessions, tokens, closed doors; passwords: those used before
factors     second factors and recovery codes, none twice; invitations: codes that set a password
unused      accounts by their last use
subjects    who an account's owner is in the city's directory
rights      changes of rights that wait for a second person; guardtables: the tables of all these
outbox      messages posted with the change that causes them, and their delivery
notices     what an officer was told and has read; where letters to officers go
rosters     duty rosters, encrypted as a whole; standby: their tables and those of the call tasks
calltasks   call tasks: opened once a case, tried, acknowledged or closed
callbox     what a switch tells, gathered to disk first; callrows: the telephone's tables' facts
calls       call records folded from raw events; calltables: the telephone's tables
missed      call-back tasks for missed calls, and their rungs
callbacks   the day's call-backs: what waits, in whose hand, drawn by lot; callbacktables: their tables
oldcalls    raw events past their time; ticklog: the log of the watch, thinned
seats       agents' seats and telephones; bulletins; restrict: numbers held to a rule
repeats     signatures of recent cases, found by their keys; alerts: rising matters and past hours
snapshot    the database as it stood at one moment, as one file, and put back; bundle: a backup on disk
beats       the nodes that run; queues: all that waits, how many and since when
letters     letters as they came, leased to be read, settled once; lettersread, traylist, posted
mailboxes   how far each mailbox was looked into; mailtables: the tables of the post
privacy     requests about one's own data and legal holds; privacytables: their tables; privacychecks
interests   who is kept out of which cases, as a condition for every list
erasing     a citizen's words out of a case for good; erasureledger: the list of it outside
spent       challenges of the public forms that were used
reserve     room on the disk for signing in and the record, when there is no other left
files       attachments: content-addressed, checked, served by token
"""
