"""Steps of a story: each runs once, after the ones that it needs."""
import functools


def step(*needs):
    """Makes a method a step. It first runs the steps it needs; run again, it gives or raises what it did before."""
    def decorate(method):
        @functools.wraps(method)
        def once(story):
            if method.__name__ not in story.done:
                for needed in needs:
                    getattr(story, needed)()
                story.done[method.__name__] = _outcome(method, story)
            value, error = story.done[method.__name__]
            if error:
                raise error
            return value
        return once
    return decorate


def _outcome(method, story):
    try:
        return method(story), None
    except Exception as error:  # kept for whoever asks again
        return None, error
