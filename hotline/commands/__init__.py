"""The commands of `hotline`, one module each.

failing    how a command says that it cannot go on
journal    the log: one JSON object a line, without a citizen's words
opening    what every command starts with: settings, schema, the centre, clear refusals
serve      the web, the watch and what else runs for ever
mailroom   the post of a running hotline; mailcheck: what is wrong with it, for the doctor
quarantine the tray on the command line; trayline: what it may be told
migrate    the database to the newest schema
seed       the city: departments, topics, duties, districts; with --demo accounts and complaints
demo       the demo city's complaints, led through the real flow; staff: its accounts
user       staff accounts; token: accounts of machines
intake     complaints from a file, each through the same intake as a live one
replay     recorded complaints and replies through the real engine on a jumping clock
theatre    plays the records in order; stage: what happens next to one; report: what came of them
clockwork  a clock that jumps, and the watch that looks wherever a rung falls due
sheets     rows of a CSV, XLSX or JSON lines file, in whatever encoding; columns: what they mean
recount    running cases under a new holiday list, or under the terms now in force
rules      the dispatcher's rules: list, check, try, export, import
labels     people's corrections as training rows, masked; model: how it stands, the shadow run
verify     audit chains, conservation equation, invariants
doctor     what is wrong with the installation, in plain words
"""
