"""The flow in order: intake, classify, route, work, follow up; supervise watches, notify tells.

centre      what every step works with: store, rules, clock, classifier
intake      Incoming -> saved and acknowledged; triage of what was received; the citizen's view
classify    ask the classifier off the loop, believe it only when sure, keep corrections
route       topic and place -> department, by the duty list; first rule that fits
work        what operators and departments do; what staff may see
supervise   the agenda the watch sweeps: what is due, and taking one rung
recount     what time brings to stopped and provisional clocks: resuming, counting anew
notify      new timeline entries -> messages in the outbox; the outbox -> senders
"""
