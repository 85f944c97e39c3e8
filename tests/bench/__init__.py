"""What it costs, as ratios to the limits of this machine, all measured in one run: `make bench`.

intake     complaints against raw commits and bare aiohttp
letters    letters read, beside the bare email parser on the same letters
ticks      a tick of the watch at ten thousand cases and at a million, on both databases
lookup     likely repeats among ten thousand recent cases and a hundred thousand, on both databases
reading    texts read whole against bare jieba on the same texts; memory and loading
"""
