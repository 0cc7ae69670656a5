"""PynamoDB against the server at SHVM_ENDPOINT: a model as its guide would write it."""
import os

from pynamodb.attributes import ListAttribute, MapAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.attributes import VersionAttribute
from pynamodb.exceptions import DeleteError, DoesNotExist, PutError, UpdateError
from pynamodb.models import Model


class Thread(Model):
    class Meta:
        table_name = os.environ["SHVM_TABLE"]
        host = os.environ["SHVM_ENDPOINT"]
        region = "us-east-1"
        billing_mode = "PAY_PER_REQUEST"
        max_retry_attempts = 0

    forum = UnicodeAttribute(hash_key=True)
    number = NumberAttribute(range_key=True)
    views = NumberAttribute(default=0)
    tags = UnicodeSetAttribute(null=True)
    posts = ListAttribute(default=list)
    author = MapAttribute(null=True)
    version = VersionAttribute()


class Elsewhere(Thread):
    class Meta(Thread.Meta):
        table_name = "nowhere"


def fails_with(error, call, *arguments, **more):
    try:
        call(*arguments, **more)
    except error as met:
        return met
    raise AssertionError(f"{error.__name__} was expected")


assert not Thread.exists()
Thread.create_table(wait=True)
thread = Thread("music", 1, views=1.5, tags={"a", "b"}, posts=["first", {"likes": 2}], author={"name": "Nina"})
thread.save()
found = Thread.get("music", 1, consistent_read=True)
assert found.views == 1.5 and found.tags == {"a", "b"} and found.posts == ["first", {"likes": 2}], found
assert found.author.name == "Nina" and found.version == 1

found.update(actions=[Thread.views.add(1), Thread.tags.delete({"a"}), Thread.posts.set(Thread.posts.append(["last"]))],
             condition=Thread.tags.contains("a"))
assert found.views == 2.5 and found.tags == {"b"} and found.posts[-1] == "last", found
failed = fails_with(UpdateError, found.update, actions=[Thread.views.set(9)], condition=Thread.tags.contains("a"))
assert failed.cause_response_code == "ConditionalCheckFailedException", failed
failed = fails_with(PutError, thread.save)
assert failed.cause_response_code == "ConditionalCheckFailedException", "an old version does not overwrite a newer one"
fails_with(DeleteError, found.delete, condition=Thread.views > 100)

with Thread.batch_write() as batch:
    for number in range(60):
        batch.save(Thread("page", number, views=number % 2))
assert [item.number for item in Thread.query("page", page_size=7)] == list(range(60))
assert [item.number for item in Thread.query("page", Thread.number.between(10, 14), scan_index_forward=False)] \
    == [14, 13, 12, 11, 10]
assert Thread.count("page", filter_condition=Thread.views == 1) == 30
assert sum(1 for _ in Thread.scan(page_size=7)) == 61
assert sorted(item.number for item in Thread.batch_get([("page", number) for number in range(50)])) == list(range(50))

fails_with(DoesNotExist, Thread.get, "music", 2)
failed = fails_with(PutError, Elsewhere("a", 1).save)
assert failed.cause_response_code == "ResourceNotFoundException", failed
found.delete()
fails_with(DoesNotExist, found.refresh)
Thread.delete_table()
