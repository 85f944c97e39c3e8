"""Promises in working time; knows nothing of cases.

days       which days are worked: the published list, its corrections, what a city has of its own
calendar   WorkCalendar: city time zone, office hours, holidays and make-up workdays; Span and Unit
course     where an end lies after every pause and every extension, counted from the start
ladder     Rung and Ladder: remind, then supervise at rising levels, for each promise
promise    Promise kinds, Limit, Deadline; start, keep, drop, take a rung
clock      the clock of a deadline: stopped, running on, prolonged, counted anew
explain    why a deadline ends when it does, as data
telling    the same as a sentence, in Chinese or in English
profile    a policy profile as its file is written
base       a profile that tells only its differences from another one
soundness  what a profile must hold beyond its form
terms      Terms: one city's policy profile in use
reading    a profile's text into Terms; wrong ones name the key
watch      Agenda protocol and Watch.tick: climb every rung whose time has come, once
audit      does the watch work? rungs later than the grace, the last tick's age, the list's end
setback    what fails again and again, told once a minute instead of at each try
schedule   APScheduler: named ticks, one at a time, late ones merged; rows are the schedule
"""
