"""The telephone: what a switch tells of its calls, and what it may be asked to do.

events   one vendor-neutral event per line of a call's life, and what is wrong with a bad one
fold     the events of a call, in any order and number -> its one record; pure
signing  the signature that a webhook's body carries
generic  the generic CTI shape (newCall, answer, hangup) -> events
line     a live connection to a switch: reconnect with growing gaps, heartbeat, nothing dropped
ami      Asterisk's manager interface -> events
esl      FreeSWITCH's event socket -> events
command  call back, transfer, hold, conference: what a switch may be asked, with a console twin
"""
