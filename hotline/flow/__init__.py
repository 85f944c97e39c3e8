"""The flow in order: intake, classify, route, work, follow up; supervise watches, notify tells.

centre      what every step works with: store, rules, clock, classifier
arrivals    the postroom: a letter's bytes on disk before anybody is told that it was taken
letters     the letters that wait -> case, follow-up, bounce, automatic, duplicate, quarantine
lettercases a letter that was read -> a case or a supplement, with its files and its receipt
threads     which case a letter belongs to; bounces: a letter that came back marks its address
tray        letters that somebody must look at; judging: what an officer does with them
lettershown a letter as it was laid out; marked: addresses that letters came back from
mailhealth  alarms of the post; correspondence: letters to citizens, in the thread of theirs
rating      an answer rated straight from its letter
written     what came in, as it is written down
intake      Incoming -> saved and acknowledged; triage of what was received; the citizen's view
newcase     a receipt as the case it becomes, before anything is written
classify    ask the classifier off the loop, believe it only when sure, keep corrections
route       topic and place -> department, by the duty list; first rule that fits
rulebook    the duty list under a version: each rule tried in its order, in bounded time
rulecheck   is a rule book sound: unreachable, overlapping, dangling rules, attached tests
rules       who may change the rules, putting a list in force, CSV, the trace of a case
rulewatch   do the rules in force work: alarms; a new version is followed
trial       a dry run of rules over the cases of the last days
storm       more than can be thought about: what waits, what is shed, what is told
choices     what a dispatcher is offered: the likeliest topics and departments
drift       the drift watch: out of its limits, the classifier stops acting alone
shadow      a candidate model reads along and decides nothing
seen        who looks at citizens' identity more than the work asks for: an alarm
archiving   what was closed long enough ago is laid by; onebyone: many cases, a broken one passed over
housekeeping  what would grow for ever and is asked for no more goes
pulse       this node among the others: can it write, is its clock to be believed
selfcheck   does the hotline keep what it promises of itself: alarms; checking: each check by itself
receiptkeeping  the receipts' accounts balance: the recent at each check, the old once an hour
alarms      told once when something breaks, open until it is mended
repeats     what a complaint likely repeats, and why; sweep: what was missed of it
rising      matters above what the hour usually brings: alerts, and who takes them in hand
callbacks   the day's plan of call-backs, handed out one by one; callbackcalls: a call and what came of it
work        what operators and departments do; what staff may see
supervise   the agenda the watch sweeps: what is due, and taking one rung
recount     what time brings to stopped and provisional clocks: resuming, counting anew
succession  departments merged, renamed or closed from a day on: planned, agreed to, taken back
handover    and carried out: staff, rules, roster, then case after case
ownwords    what citizens wrote of their own case, for the page behind number and code
orders      the supervision orders: lists and one of them
causes      what supervises a case beside time
linked      cases that belong together: split off, going on, merged; one reply answers all
keptout     回避 follows the matter: into what a case is merged or split into
waiting     quiet hours, cooldown, digest: when a notice is told
urging      urgings soon after another: one reminder of them all
notify      new timeline entries -> messages in the outbox
mailing     notices for desks, and the letters that tell of the grave ones
deliver     the outbox -> senders, under a lease
duty        duty rosters: who may see and write them
unread      what an officer has not read: the badge, the mark, the sound
ringing     call tasks: a 特急 is rung through until somebody answers for it
drafting    articles of the knowledge base as they are written, and handed in for review
knowledge   a second person reviews and releases them; confirmed, withdrawn
answers     the best articles for what is asked or typed; their use is counted
hints       what is told while a citizen still writes; nothing of it is kept
offers      closed consultations as drafts without identity, questions without an answer
articlewatch  articles due for review: a reminder, then an alarm
"""
