"""`python -m classifiers train | evaluate | classify | gold | agreement | list | use`.

It works without the hotline.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from classifiers import registry
from classifiers.gate import worse

TASKS = ("topic", "department", "type", "urgency")


def main(arguments: list[str] | None = None) -> int:
    told = _parser().parse_args(arguments)
    try:
        return int(told.run(told))
    except (registry.BadModel, OSError, ValueError, KeyError) as error:
        print(f"错误 / error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m classifiers", description=__doc__)
    commands = parser.add_subparsers(required=True)
    train = commands.add_parser("train", help="fit, calibrate and write a model folder")
    train.add_argument("data", nargs="+", type=Path, help="labelled rows; corrections are rows too")
    train.add_argument("--out", required=True, type=Path)
    train.set_defaults(run=_train)
    evaluate = commands.add_parser("evaluate", help="measure a model on labelled rows")
    evaluate.add_argument("data", type=Path, nargs="?")
    evaluate.add_argument("--task", choices=TASKS, default="topic")
    evaluate.add_argument("--model", type=Path)
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument(
        "--cross-validated",
        action="store_true",
        help="the figures of the training: each row judged by a fit that had not seen it",
    )
    evaluate.set_defaults(run=_evaluate)
    classify = commands.add_parser("classify", help="suggestions for one text")
    classify.add_argument("text", nargs="?", help="the text; standard input when left out")
    classify.add_argument("--json", action="store_true")
    classify.set_defaults(run=_classify)
    gold = commands.add_parser("gold", help="measure a model on the gold set")
    gold.add_argument("messages", type=Path, help="the messages that the gold set labels")
    gold.add_argument("--model", type=Path)
    gold.add_argument("--json", action="store_true")
    gold.set_defaults(run=_gold)
    agreement = commands.add_parser("agreement", help="how far the two readings agree")
    agreement.add_argument("--json", action="store_true")
    agreement.set_defaults(run=_agreement)
    commands.add_parser("list", help="models at hand").set_defaults(run=_list)
    use = commands.add_parser("use", help="choose a model, or go back to an earlier one")
    use.add_argument("folder", type=Path, nargs="?")
    use.add_argument("--back", action="store_true", help="the one that was used before")
    use.add_argument("--shadow", action="store_true", help="run it beside the one in use")
    use.add_argument("--reason", default="", help="why a worse one is used all the same")
    use.set_defaults(run=_use)
    return parser


def _state() -> Path | None:
    """Where the choice is kept: the hotline's own data folder, when it is told."""
    folder = os.environ.get("HOTLINE_DATA")  # noqa: TID251
    return Path(folder) if folder else None


def _train(told: argparse.Namespace) -> int:
    from classifiers import making

    facts = making.make(told.data, told.out)
    print(json.dumps(facts["scores"], ensure_ascii=False, indent=1))
    current = registry.chosen(_state())
    if current is not None and current.resolve() != told.out.resolve():
        for one in worse(facts, registry.figures(current)):
            print(f"比现用模型差 / worse than the model in use: {one}", file=sys.stderr)
    print(told.out)
    return 0


def _evaluate(told: argparse.Namespace) -> int:
    from classifiers import evaluate

    folder = told.model or registry.chosen(_state()) or Path("no-model")
    model = registry.load(folder)
    if told.cross_validated or told.data is None:
        found = evaluate.crossed(told.task, model.manifest)
    elif told.task == "topic":
        found = evaluate.topic(told.data, _needed(model.topics))
    elif told.task == "department":
        found = evaluate.department(told.data, _needed(model.topics), _needed(model.departments))
    else:
        found = evaluate.wish_or_urgency(told.data, told.task, registry.reader_of(folder))
    if (
        told.data is not None
        and not told.cross_validated
        and evaluate.seen(told.data, model.manifest)
    ):
        found["learnt_from"] = True
        print(
            "模型由此文件训练而来，数字偏高；如实数字请加 --cross-validated"
            " / the model learnt from this file: see --cross-validated",
            file=sys.stderr,
        )
    print(json.dumps(found, ensure_ascii=False, indent=None if told.json else 1))
    return 0


def _needed(part: Any) -> Any:
    if part is None:
        raise registry.BadModel("模型没有这一部分 / the model has no such part")
    return part


def _classify(told: argparse.Namespace) -> int:
    text = told.text if told.text is not None else sys.stdin.read()
    title, _, body = text.partition("\n")
    reading = registry.load_default(state=_state()).read(title, body or title)
    if told.json:
        print(json.dumps(reading.as_json(), ensure_ascii=False))
        return 0
    for name in ("type", "topic", "department", "urgency", "district"):
        one = getattr(reading, name)
        print(f"{name:<11}{one.label or '-'}  {one.confidence:.0%}  {'；'.join(one.reasons)}")
    print(f"{'places':<11}{'、'.join(reading.places) or '-'}")
    for sign in reading.sensitive:
        print(f"{'sensitive':<11}{sign.name}  {'、'.join(sign.words)}")
    return 0


def _gold(told: argparse.Namespace) -> int:
    from classifiers.gold import rows, score

    parts = score.matched(rows.messages(told.messages))
    folder = told.model or registry.chosen(_state()) or Path("no-model")
    found = score.score(parts, registry.reader_of(folder))
    print(json.dumps(found, ensure_ascii=False, indent=None if told.json else 1))
    return 0


def _agreement(told: argparse.Namespace) -> int:
    from classifiers.gold.agreement import agreement

    print(json.dumps(agreement(), ensure_ascii=False, indent=None if told.json else 1))
    return 0


def _list(told: argparse.Namespace) -> int:
    state = _state()
    used = registry.chosen(state)
    for folder in registry.found(state):
        mark = "*" if used is not None and folder.resolve() == used.resolve() else " "
        print(f"{mark} {folder.name}  {folder}")
    return 0


def _use(told: argparse.Namespace) -> int:
    state = _state() or Path("var")
    if told.back:
        print(registry.back(state))
        return 0
    if told.folder is None and not told.shadow:
        raise ValueError("请指明模型目录，或用 --back / name a model folder, or --back")
    if told.shadow:
        registry.propose(told.folder, state)
    else:
        registry.use(told.folder, state, reason=told.reason)
    print(told.folder or "-")
    return 0


if __name__ == "__main__":
    sys.exit(main())
