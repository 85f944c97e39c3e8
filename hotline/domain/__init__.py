"""The case and its rules; standard library and `escalation` only.

words         the closed sets of the field, each with its Chinese and English name
state         State, Action, and which states are open
acts          what each action must be told: one frozen dataclass an action
law           the one table (state, action) -> next state, with row, actors and facts
case          Case, Entry and the child records of a case
perform       the one place where an action becomes a changed case and one entry
dispatching, handling, requests, closing, supervision   what the actions do
leaving       what goes with the unit that loses a case, and where one goes that begins again
promises      which promise starts, pauses and ends with which action, and whose calendar counts
budget        how long a case's clock may still stand
counting      why a deadline ends when it does, told in words
recounting    running cases under a later calendar, or by an operator's word under new terms
access        who may do which action on whose case: one table, one function
urging        a citizen urges: who is reminded, when, and what the citizen is told
numbers       telephone and ID numbers in texts, in whichever shape; masking: staff's words too
people        Actor, Department and the masking of a citizen's details
roster        duty rosters: who is on duty, deputies, whom to ring first
rising        is an hour above what it usually brings?
errors        Refused and its few kinds
"""
