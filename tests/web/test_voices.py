"""The voices of the spoken digits, as far as a program can hear: long and loud enough, never clipped,
and no two digits of one voice alike."""

import wave
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hotline.web import challenge, spoken

RATE = 8000  # samples a second
SHORTEST, LONGEST = 0.2, 1.0  # seconds: shorter is a click, longer tires whoever listens
QUIETEST = -24.0  # decibels under full scale: much below the voices as they were made
ALIKE = 0.5  # half of what the two nearest lie apart; one file taken for two digits: nothing
ENGLISH = Path(spoken.Clear()._voicedir)
PLACES = {"zh": Path(str(spoken.VOICES)) / "zh", "en": ENGLISH}


def heard(path: Path) -> Any:
    """Its samples, from -1 to 1."""
    with wave.open(str(path)) as told:
        assert (told.getnchannels(), told.getsampwidth(), told.getframerate()) == (1, 1, RATE)
        return (np.frombuffer(told.readframes(told.getnframes()), np.uint8) - 128.0) / 128


def shape(sound: Any) -> Any:
    """How strong each band is in each twentieth of it, as the logarithm."""
    parts = (part * np.hanning(len(part)) for part in np.array_split(sound, 20))
    strong = (np.abs(np.fft.rfft(part, 256))[:128].reshape(16, 8).mean(1) for part in parts)
    return np.log(np.array(list(strong)) + 1e-3)


@pytest.mark.parametrize("language", PLACES)
def test_each_digit_is_long_and_loud_enough_and_like_no_other(language: str) -> None:
    digits = [PLACES[language] / one for one in challenge.DIGITS]
    voices = sorted({path.name for digit in digits for path in digit.glob("*.wav")})
    assert voices
    for voice in voices:
        sounds = {digit.name: heard(digit / voice) for digit in digits}
        for digit, sound in sounds.items():
            assert SHORTEST < len(sound) / RATE < LONGEST, digit
            assert 20 * np.log10(np.sqrt((sound**2).mean())) > QUIETEST, digit
            assert np.mean(np.abs(sound) > 0.99) == 0, digit
        for (one, first), (other, second) in combinations(sounds.items(), 2):
            apart = np.sqrt(((shape(first) - shape(second)) ** 2).mean())
            assert apart > ALIKE, (voice, one, other)
