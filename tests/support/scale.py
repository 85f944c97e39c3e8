"""How large the long tests are: in every run, and with --soak. The one place for their sizes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """What a run of `make test` asks of them."""

    timers: int = 400
    kills: int = 12
    letters: int = 2_000  # with bytes changed at random
    backlog: int = 200  # letters in a mailbox when it is first looked into
    letter_kills: int = 5  # at each of the six points of a letter's way
    notices: int = 0  # that senders have to send at least
    pauses: int = 4  # over all senders, or all watches
    asleep: float = 0.8  # seconds that a watch is stopped; a sender's pause depends on its lease
    counted: int = 5_000  # deadlines held against the oracle
    deadlines: int = 1_000  # due in the same minute
    posts: int = 10  # a second beside them
    intake_kills: int = 25
    acknowledged: int = 500  # of them at least
    power_cuts: int = 20  # five images each
    ordered: int = 30  # acknowledgements whose system calls are read, each way in
    slow: int = 150  # clients that drip
    flooders: int = 8
    stops: int = 2  # of nodes
    spike_rate: int = 40  # a second; ten times what is usual
    spike_seconds: float = 4
    restarts: int = 2  # of the database
    promotions: int = 1  # of the database's follower
    partitions: tuple[float, ...] = (1, 6)  # seconds that the network swallows
    cuts: int = 15  # commits whose answer is lost
    upload_kills: int = 4
    filed_before: int = 20  # cases, before an upgrade
    stride: float = 4.0  # by which the write at which an upgrade is killed moves on
    races: int = 20  # of two who act on the same case
    load_rate: int = 10  # intakes a second, as many reads, three times as many events
    load_seconds: int = 5
    each_nth_message: int = 16  # of the real ones is replayed
    each_nth_taken_in: int = 40  # of the real ones, twice
    backups: int = 1  # while citizens write
    folds: int = 1  # of the ten that topics are judged by, trained anew
    injecting: int = 0  # seconds that a stranger looks for a way into the statements
    examples: int = 1  # of each operation, by each role, beside the edges of its schema
    guesses: int = 100  # at a file's address
    injections: int = 200  # of a line's end into what a mailbox is opened with
    alike: int = 0  # guesses at what is there, and as many at what is not
    rotated: int = 0  # rows that go under a new key while people work
    unrotated: float = 0  # seconds that they work before
    clock_steps: bool = False  # under a preloaded clock: such a start takes seven seconds of a core
    swapped: int = 20  # citizens whose values lie in each other's rows
    codes: int = 300  # of a second factor, guessed
    citizens: int = 2  # with seven things each that nobody may see
    timeout: float | None = None  # seconds for each test; None: as the test says


SOAK = Scale(
    timers=10_000,
    kills=200,
    letter_kills=50,
    backlog=10_000,
    notices=10_000,
    pauses=100,
    asleep=2.4,
    counted=100_000,
    deadlines=20_000,
    posts=50,
    intake_kills=300,
    acknowledged=30_000,
    power_cuts=200,
    ordered=340,
    slow=3_000,
    flooders=32,
    stops=50,
    spike_rate=50,
    spike_seconds=60,
    restarts=30,
    promotions=20,
    partitions=(1, 5, 30, 12),
    cuts=500,
    upload_kills=200,
    filed_before=2_000,
    stride=1.1,
    races=1_000,
    load_rate=100,
    load_seconds=180,
    each_nth_message=1,
    each_nth_taken_in=10,
    backups=10,
    letters=20_000,
    folds=10,
    examples=50,
    injecting=3600,
    guesses=10_000,
    injections=2_000,
    alike=2_000,
    rotated=1_000_000,
    unrotated=120,
    clock_steps=True,
    swapped=1_000,
    citizens=72,
    codes=10_000,
    timeout=5400,
)
