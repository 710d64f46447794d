"""What tagging costs, by number of terms: ``python bench/tagging.py``.

Watch-lists of 100, 1,000 and 10,000 terms are drawn from the shipped one (with its actors, contexts and weights,
every concept keeping its share), the texts are the labelled items: title and summary, and the same with a body cut
from the seed articles to 2 KB in all. Best of several rounds, CPU time of one thread. Beside it: the floor (folding
alone), the language, and ``re`` over the same terms as one alternation.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from eval_tagging import CONFIG, load_watchlist, read
from newswatch.model.watchlist import Terms, Watchlist
from newswatch.tag import Tagger
from newswatch.tag.fold import fold
from newswatch.tag.language import rank

SIZES = (100, 1_000, 10_000)
ROUNDS = 5
ITEMS = 400
Text = tuple[str, str, str]


def drawn(watchlist: Watchlist, size: int) -> Watchlist:
    """The watch-list with ``size`` of its terms, drawn evenly; topped up with made-up words beyond what it has."""
    chance = random.Random(7)
    parts = [*watchlist.concepts, *watchlist.actors]
    total = sum(len(texts) for part in parts for texts in part.terms.values())
    share = min(1.0, size / total)
    extra = ["".join(chance.choices("abcdefghiklmnoprstuvw", k=9)) for _ in range(max(0, size - total))]

    def pick(terms: Terms, number: int) -> Terms:
        kept = {language: tuple(t for t in texts if chance.random() < share) for language, texts in terms.items()}
        return {**kept, "any": (*kept.get("any", ()), *extra[number :: len(parts)])}

    concepts = tuple(c.model_copy(update={"terms": pick(c.terms, i)}) for i, c in enumerate(watchlist.concepts))
    actors = tuple(
        a.model_copy(update={"terms": pick(a.terms, i + len(concepts))}) for i, a in enumerate(watchlist.actors)
    )
    return watchlist.model_copy(update={"concepts": concepts, "actors": actors})


def alternation(watchlist: Watchlist) -> re.Pattern[str]:
    """The same terms, without their endings, as one ``re`` alternation."""
    words = {
        re.escape(re.sub(r"\(.*?\)|~\d+ ?|\*", "", text))
        for part in (*watchlist.concepts, *watchlist.actors)
        for texts in part.terms.values()
        for text in texts
    }
    return re.compile("|".join(rf"\b{word}" for word in sorted(words) if word), re.IGNORECASE)


def best(action: Callable[[Text], object], texts: list[Text]) -> float:
    """Microseconds of CPU per text, the best of the rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for text in texts:
            action(text)
        times.append((time.process_time() - start) / len(texts) * 1e6)
    return min(times)


def main() -> None:
    """Print the table."""
    items = sorted(read(), key=lambda item: str(item["id"]))
    short: list[Text] = [(item["title"], item["summary"], "") for item in items[:ITEMS]]
    prose = [path.read_text(encoding="utf-8") for path in sorted((CONFIG.parent / "seeds").glob("*.txt"))]
    long: list[Text] = []
    for at, item in enumerate(items[: ITEMS // 2]):
        article = prose[at % len(prose)]
        room = 2_048 - len(f"{item['title']}{item['summary']}".encode())
        start = at * 37 % max(1, len(article) - 2_048)
        long.append((item["title"], item["summary"], article[start:].encode()[:room].decode("utf-8", "ignore")))
    shipped = load_watchlist(CONFIG)
    print("| terms | title + summary, us | items/s | 2 KB, us | items/s | `re`, title + summary, us |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        watchlist = drawn(shipped, size)
        tagger = Tagger(watchlist)
        pattern = alternation(watchlist)
        one = best(lambda text, tagger=tagger: tagger.tag(*text), short)
        two = best(lambda text, tagger=tagger: tagger.tag(*text), long)
        old = best(lambda text, pattern=pattern: pattern.findall(f"{text[0]} {text[1]}"), short[:100])
        print(f"| {size:,} | {one:.0f} | {1e6 / one:,.0f} | {two:.0f} | {1e6 / two:,.0f} | {old:.0f} |", flush=True)
    floor = best(lambda text: (fold(text[0]), fold(text[1])), short)
    floor_long = best(lambda text: [fold(part) for part in text], long)
    language = best(lambda text: rank(text[0]), short)
    print(
        f"\nFolding alone: {floor:.1f} us (title + summary), {floor_long:.1f} us (2 KB). Language of a title: ", end=""
    )
    print(f"{language:.1f} us.")


if __name__ == "__main__":
    main()
