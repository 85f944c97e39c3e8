"""What reading costs: whole texts against bare jieba on the same texts in the same run.

Not a timed test: figures differ from machine to machine, the ratios much less.
"""

import logging
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from classifiers import registry
from classifiers.tokens import jieba_cutter, quick_cutter

TEXTS, ROUNDS = 150, 5
PARTS = (
    "小区东门的路灯坏了三天，晚上很黑，老人出门看不清台阶。",
    "物业没有公示就涨了停车费，业主多次要求退还，一直没有人答复。",
    "工地夜间施工噪声很大，孩子睡不好，影响第二天上学。",
    "单位拖欠工资已经两个月，打电话也不接，请帮忙协调解决。",
    "自来水发黄有异味，居民不敢饮用，希望尽快派人检测。",
    "公交车班次太少，早高峰要等半个小时，建议增加车辆。",
    "门口的垃圾站没有及时清运，天热以后气味刺鼻，蚊虫很多。",
)
MEMORY = """
import time
import jieba, sklearn

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4

bare = resident()
began = time.perf_counter()
from classifiers import registry
reader = registry.load_default()
reader.read("warm", "warm")
taken = time.perf_counter() - began
print(bare, resident(), taken)
"""


def texts() -> list[str]:
    """Three hundred characters each, no two alike."""
    whole = [
        "".join(PARTS[(n * 3 + k * (1 + n % 5)) % len(PARTS)] for k in range(14))
        for n in range(TEXTS)
    ]
    return [f"{n}号楼" + text[: 300 - len(f"{n}号楼")] for n, text in enumerate(whole)]


def bare_jieba() -> Callable[[str], object]:
    """The library as it comes."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    cut: Callable[[str], object] = jieba.lcut
    return cut


def speed(way: Callable[[str], object], some: list[str]) -> tuple[float, float]:
    """Texts a second, and the median milliseconds of one, by the processor's clock."""
    taken = []
    for text in some:
        began = time.process_time()
        way(text)
        taken.append(time.process_time() - began)
    return len(some) / sum(taken), statistics.median(taken) * 1000


async def main() -> None:
    some, bare = texts(), bare_jieba()
    plain = replace(registry.load_default(), engine=jieba_cutter())
    quick = replace(plain, engine=quick_cutter())
    for name, reader in (("jieba", plain), ("the extra `quick`", quick)):
        reader.read("暖身", "暖身")
        ratios, cut, read, median = [], 0.0, 0.0, 0.0
        for _ in range(ROUNDS):
            cut, _ = speed(bare, some)
            read, median = speed(partial(reader.read, "反映小区问题"), some)
            ratios.append(read / cut)
        print(f"read with {name}")
        print(f"  texts cut by bare jieba/s             {cut:10.0f}")
        print(f"  texts read by the classifier/s        {read:10.0f}")
        print(f"    against bare jieba                  {statistics.median(ratios):10.2f}")
        print(f"  one text of 300 characters, median ms {median:10.2f}")
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MEMORY], capture_output=True, text=True, check=True
    )
    before, after, loading = (float(one) for one in told.stdout.split())
    print(f"model and dictionary loaded, s        {loading:10.2f}")
    print(f"memory above import jieba, sklearn MB {(after - before) / 1024:10.0f}")
