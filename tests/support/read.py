"""What every hotline reads as it starts, read once by the process that others are forked from."""

import hotline.commands.serve
import hotline.commands.verify
from classifiers import tokens

assert hotline.commands.serve and hotline.commands.verify
tokens.words("路灯不亮")  # with the dictionary
