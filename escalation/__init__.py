"""Promises in working time; knows nothing of cases.

calendar   WorkCalendar: city time zone, office hours, holidays and make-up workdays
ladder     Rung and Ladder: remind, then supervise at rising levels, for each promise
promise    Promise kinds, Limit, Deadline; start, pause, resume, extend, keep, drop, take a rung
profile    a policy profile as its file is written
terms      Terms: one city's policy profile, as data
watch      Agenda protocol and Watch.tick: climb every rung whose time has come, once
audit      does the watch work? rungs later than the grace, and the last tick's age
schedule   APScheduler: named ticks, one at a time, late ones merged; rows are the schedule
"""
