import math

from jarvis.engines.speech.trigram import trigram_arpa

SENTENCES = ["set a timer", "set an alarm", "cancel the timer", "cancel the alarm", "stop"]


def parsed(text: str) -> dict[tuple[str, ...], tuple[float, float]]:
    grams = {}
    for line in text.splitlines():
        fields = line.split("\t")
        if len(fields) > 1:
            grams[tuple(fields[1].split())] = (float(fields[0]), float(fields[2]) if len(fields) > 2 else 0.0)
    return grams


def probability(grams, context: tuple[str, ...], word: str) -> float:
    gram = (*context, word)
    if gram in grams:
        return 10 ** grams[gram][0]
    backoff = 10 ** grams[context][1] if context in grams else 1.0
    return backoff * probability(grams, context[1:], word)


def test_what_follows_a_known_context_is_more_likely():
    grams = parsed(trigram_arpa(SENTENCES))
    assert probability(grams, ("cancel", "the"), "timer") > 0.3
    assert probability(grams, ("cancel", "the"), "stop") < 0.1


def test_counts_of_the_header_are_those_of_the_body():
    text = trigram_arpa(SENTENCES)
    grams = parsed(text)
    for order in (1, 2, 3):
        assert f"ngram {order}={sum(len(gram) == order for gram in grams)}" in text
    assert text.endswith("\\end\\\n")


def test_interpolated_probabilities_of_a_seen_context_leave_room_for_the_unseen():
    grams = parsed(trigram_arpa(SENTENCES))
    words = {gram[0] for gram in grams if len(gram) == 1} - {"<s>"}
    assert math.isclose(sum(10 ** grams[(word,)][0] for word in words), 1.0, abs_tol=0.01)
    seen = sum(10**value for gram, (value, _) in grams.items() if gram[:-1] == ("cancel", "the"))
    assert 0.5 < seen < 1.0
