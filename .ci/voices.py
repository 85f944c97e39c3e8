"""Makes the Mandarin digits of the spoken challenge anew; needs the program espeak-ng.

By the pinyin voice: its other Mandarin voice reads Chinese characters out as English syllables.
"""

import io
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

INTO = Path(__file__).resolve().parent.parent / "hotline" / "web" / "voices" / "zh"
SAID = ("ling2", "yao1", "er4", "san1", "si4", "wu3", "liu4", "qi1", "ba1")  # 1 as on the telephone
VOICES, PACE = ("f2", "f5", "m1"), "105"  # words a minute: slow
# The library's own form: 8 kHz, 8 bit without sign, one channel.
RATE, LOUD, SILENT = 8000, 110, 0.02


def spoken(word: str, voice: str) -> np.ndarray:
    command = ["espeak-ng", "-v", f"cmn-latn-pinyin+{voice}", "-s", PACE, "--stdout", word]
    made = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    with wave.open(io.BytesIO(made)) as sound:
        rate, samples = sound.getframerate(), sound.readframes(-1)
    wave_ = resample_poly(np.frombuffer(samples, "<i2").astype(float), RATE, rate)
    heard = np.flatnonzero(np.abs(wave_) > SILENT * np.abs(wave_).max())
    wave_ = wave_[heard[0] : heard[-1] + 1]
    return np.clip(128 + wave_ / np.abs(wave_).max() * LOUD, 0, 255).astype(np.uint8)


def main() -> int:
    for digit, word in enumerate(SAID):
        for voice in VOICES:
            path = INTO / str(digit) / f"{voice}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            with wave.open(str(path), "wb") as out:
                out.setparams((1, 1, RATE, 0, "NONE", ""))
                out.writeframes(spoken(word, voice).tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
