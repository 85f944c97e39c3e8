"""`python -m classifiers train | evaluate | classify | gold | agreement | list | use`.

It works without the hotline.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from classifiers import registry
from classifiers.linear import Linear


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
    train.add_argument("data", nargs="+", type=Path)
    train.add_argument("--out", required=True, type=Path)
    train.set_defaults(run=_train)
    evaluate = commands.add_parser("evaluate", help="measure a model on labelled rows")
    evaluate.add_argument("data", type=Path)
    evaluate.add_argument(
        "--task", choices=("topic", "department", "type", "urgency"), default="topic"
    )
    evaluate.add_argument("--model", type=Path)
    evaluate.add_argument("--json", action="store_true")
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
    use.add_argument("folder", type=Path)
    use.set_defaults(run=_use)
    return parser


def _state() -> Path | None:
    """Where the choice is kept: the hotline's own data folder, when it is told."""
    folder = os.environ.get("HOTLINE_DATA")  # noqa: TID251
    return Path(folder) if folder else None


def _train(told: argparse.Namespace) -> int:
    from classifiers import scores, train

    topics, departments = train.load(told.data)
    parts = {
        "topics": train.fit_topics(topics) if topics.words else None,
        "departments": train.fit_departments(departments) if departments.words else None,
    }
    facts = {
        "data_sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in told.data
        },
        "rows": {"topics": len(topics.words), "departments": len(departments.words)},
        "scores": scores.scores(topics, departments),
        "libraries": {name: version(name) for name in ("scikit-learn", "numpy", "jieba")},
    }
    registry.save(told.out, told.out.name, parts, facts)
    print(json.dumps(facts["scores"], ensure_ascii=False, indent=1))
    print(told.out)
    return 0


def _evaluate(told: argparse.Namespace) -> int:
    from classifiers import evaluate

    model = registry.load(told.model or registry.chosen(_state()) or Path("no-model"))
    if told.task == "topic":
        found = evaluate.topic(told.data, _needed(model.topics))
    elif told.task == "department":
        found = evaluate.department(told.data, _needed(model.departments))
    else:
        found = evaluate.wish_or_urgency(
            told.data, told.task, registry.load_default(state=_state())
        )
    print(json.dumps(found, ensure_ascii=False, indent=None if told.json else 1))
    return 0


def _needed(part: Linear | None) -> Linear:
    if part is None:
        raise registry.BadModel("the model has no such part")
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
    return 0


def _gold(told: argparse.Namespace) -> int:
    from classifiers.gold import rows, score

    parts = score.matched(rows.messages(told.messages))
    with tempfile.TemporaryDirectory() as folder:
        state = _state()
        if told.model:
            state = Path(folder)
            registry.use(told.model, state)
        found = score.score(parts, registry.load_default(state=state))
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
    registry.use(told.folder, _state() or Path("var"))
    print(told.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
