"""What it costs, as ratios to the limits of this machine, all measured in one run: `make bench`.

intake     complaints against raw commits and bare aiohttp
ticks      a tick of the watch at ten thousand cases and at a million, on both databases
reading    texts read whole against bare jieba on the same texts; memory and loading
"""
