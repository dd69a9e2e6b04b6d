"""The unmodified client `nuvla-api` against a running reference server: `python nuvla_client.py URL`."""

import sys
import time
import unittest
import uuid

from nuvla.api import Api, NuvlaError

URL = sys.argv.pop(1).rstrip("/") if len(sys.argv) > 1 else ""


def client(header=None, **options):
    return Api(endpoint=URL, insecure=True, persist_cookie=False, authn_header=header, **options)


def user(name):
    return client(f"user/{name} user/{name} group/nuvla-user group/nuvla-anon")


def within(seconds, found):
    """What `found` answers once it answers something: a search sees an event within a second of its being stored."""
    until = time.monotonic() + seconds
    while True:
        answer = found()
        if answer or time.monotonic() > until:
            return answer
        time.sleep(0.05)


class Trail(unittest.TestCase):
    """Events of a device, recorded by the server's own handlers."""

    @classmethod
    def setUpClass(cls):
        cls.name = f"jane-{uuid.uuid4().hex[:8]}"
        cls.jane = user(cls.name)
        cls.admin = client("user/super group/nuvla-admin group/nuvla-admin group/nuvla-user group/nuvla-anon")
        cls.device = cls.jane.add("nuvlabox", {"name": "gateway", "description": "at the door"}).data["resource-id"]
        device = cls.jane.get(cls.device)
        cls.jane.operation(device, "activate")
        cls.job = cls.jane.operation(device, "reboot", {"force": True}).data["location"]
        cls.about = f"content/resource/href='{cls.device}'"
        cls.of_device = [
            "nuvlabox.reboot", "nuvlabox.reboot.requested", "nuvlabox.state-changed",
            "nuvlabox.activate", "nuvlabox.activate.requested", "nuvlabox.add",
        ]
        assert within(10, lambda: cls.jane.search("event", filter=cls.about).count == len(cls.of_device))

    def search(self, **parameters):
        return self.jane.search("event", **parameters)

    def test_a_search_finds_the_newest_first_and_counts_exactly(self):
        found = self.search(filter=self.about)
        self.assertEqual(sorted(event.data["name"] for event in found), sorted(self.of_device))
        order = [(event.data["timestamp"], event.id) for event in found]
        self.assertEqual(order, sorted(order, reverse=True))
        self.assertEqual(found.count, len(self.of_device))
        self.assertEqual(found.data["resource-type"], "event-collection")
        self.assertEqual({operation["rel"] for operation in found.data["operations"]}, {"add"})

    def test_a_search_without_parameters_finds_what_the_caller_may_see(self):
        self.assertGreater(self.search().count, 0)
        stranger = user(f"joe-{uuid.uuid4().hex[:8]}")
        self.assertEqual(stranger.search("event").count, 0)
        self.assertEqual(stranger.search("event", filter=self.about).count, 0)
        self.assertGreaterEqual(self.admin.search("event", filter=self.about).count, len(self.of_device))

    def test_first_and_last_are_a_page(self):
        page = self.search(filter=self.about, first=2, last=3)
        self.assertEqual([event.id for event in page], [event.id for event in self.search(filter=self.about)][1:3])
        self.assertEqual(page.count, len(self.of_device))
        nothing = self.search(filter=self.about, last=0)
        self.assertEqual((nothing.count, nothing.resources), (len(self.of_device), []))

    def test_orderby_sorts_by_any_attribute(self):
        names = [event.data["name"] for event in self.search(filter=self.about, orderby="name:asc")]
        self.assertEqual(names, sorted(self.of_device))
        created = [event.data["created"] for event in self.search(filter=self.about, orderby="created:desc")]
        self.assertEqual(created, sorted(created, reverse=True))
        both = [event.data["name"] for event in self.search(filter=self.about, orderby=["category:desc", "name:asc"])]
        self.assertEqual(both[0], "nuvlabox.state-changed")

    def test_select_gives_these_attributes_and_the_id(self):
        about = f"{self.about} and name='nuvlabox.reboot'"
        found = self.search(filter=about, select=["name", "content"]).resources[0]
        self.assertEqual(set(found.data), {"id", "name", "content"})
        self.assertEqual(found.data["content"]["resource"]["href"], self.device)
        self.assertEqual(found.data["content"]["linked-identifiers"], [self.job])
        one = self.jane.get(found.id, select="id, name")
        self.assertEqual(set(one.data), {"id", "name"})

    def test_aggregations_count_what_the_caller_may_see(self):
        found = self.search(filter=self.about, aggregation=["terms:category", "value_count:id", "max:timestamp"], last=0)
        buckets = found.data["aggregations"]["terms:category"]["buckets"]
        self.assertEqual({bucket["key"]: bucket["doc_count"] for bucket in buckets}, {"action": 4, "crud": 1, "state": 1})
        self.assertEqual(found.data["aggregations"]["value_count:id"]["value"], len(self.of_device))

    def test_every_kind_of_filter(self):
        cases = {
            "category='action'": 4,
            "category!='action'": 2,
            "category=['state','crud']": 2,
            "name^='nuvlabox.re'": 2,
            "content/state='ACTIVATED'": 1,
            "details/new-state='ACTIVATED'": 1,
            "details/force=true": 2,
            f"linked-identifiers='{self.job}'": 1,
            "timestamp>='now-1h'": 6,
            "timestamp>='now+1h'": 0,
            "success=true": 3,
            "success=null": 3,
            "duration-ms>=0": 3,
            f"authn-info/user-id='user/{self.name}'": 6,
            "(name='nuvlabox.add'orname='nuvlabox.reboot')and category='action'": 1,
            "name=[\"nuvlabox.add\" \"nuvlabox.reboot\"]": 2,
            "fulltext=='reboot'": 2,
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(self.search(filter=f"{self.about} and ({text})").count, expected)

    def test_one_event_with_both_shapes_and_its_tree(self):
        reboot = self.search(filter=f"{self.about} and name='nuvlabox.reboot'").resources[0]
        event = self.jane.get(reboot.id)
        self.assertEqual(event.resource_type, "event")
        self.assertEqual(event.data["event-type"], "nuvlabox.reboot.completed")
        self.assertEqual((event.data["success"], event.data["content"]["resource"]["href"]), (True, self.device))
        self.assertEqual(event.data["authn-info"]["user-id"], f"user/{self.name}")
        self.assertNotIn("delete", event.operations)
        tree = self.jane.get(f"{event.data['root']}/tree")
        types = [found["event-type"] for found in tree.data["resources"]]
        self.assertEqual(types[0], "nuvlabox.reboot")
        self.assertIn("job.add", types)
        self.assertIn("nuvlabox.reboot.completed", types)

    def refused(self, status, text, act):
        with self.assertRaises(NuvlaError) as refused:
            act()
        self.assertEqual(refused.exception.response.status_code, status)
        self.assertIn(text, str(refused.exception.reason))

    def test_events_are_never_changed(self):
        event = self.search(filter=self.about, last=1).resources[0].id
        self.refused(405, "invalid method (put)", lambda: self.jane.edit(event, {"name": "x"}))
        self.refused(405, "invalid method (delete)", lambda: self.jane.delete(event))
        self.refused(405, "invalid method (put)", lambda: self.admin.edit(event, {"name": "x"}))
        self.refused(405, "invalid method (delete)", lambda: self.admin.delete(event))
        self.refused(405, "", lambda: self.admin.delete_bulk("event", filter="category='user'"))
        self.assertEqual(self.search(filter=self.about).count, len(self.of_device))

    def test_errors_are_errors_of_the_client(self):
        self.refused(400, "Invalid CIMI filter. Parse error at line 1, column 11",
                     lambda: self.search(filter="category='missing end quote"))
        self.refused(403, "credentials required", lambda: client().search("event"))
        absent = f"event/{uuid.uuid4()}"
        self.refused(404, f"{absent} not found", lambda: self.jane.get(absent))
        event = self.search(filter=self.about, last=1).resources[0].id
        stranger = user("joe")
        self.refused(403, f"invalid credentials for '{event}'", lambda: stranger.get(event))
        self.refused(400, "10'000", lambda: self.search(first=20_000, last=20_010))

    def test_an_added_event_is_there_at_once_and_found_by_its_shape(self):
        tag = uuid.uuid4().hex
        older = {
            "category": "action", "severity": "low", "timestamp": "2024-01-01T00:00:00.123Z", "tags": [tag],
            "content": {"resource": {"href": f"nuvlabox/{tag}"}, "state": "CREATED", "linked-identifiers": ["job/x"]},
        }
        added = self.jane.add("event", older)
        self.assertEqual(added.data["status"], 201)
        event = self.jane.get(added.data["resource-id"]).data
        self.assertEqual((event["category"], event["content"]["state"]), ("user", "CREATED"))
        self.assertEqual(event["timestamp"], "2024-01-01T00:00:00.123Z")
        self.assertEqual(event["authn-info"]["user-id"], f"user/{self.name}")
        found = within(10, lambda: self.search(filter=f"tags='{tag}'").count)
        self.assertEqual(found, 1)
        as_admin = self.admin.add("event", older)
        self.assertEqual(self.admin.get(as_admin.data["resource-id"]).data["category"], "action")
        self.refused(400, "does not satisfy defined schema", lambda: self.jane.add("event", {**older, "colour": "red"}))

    def test_compressed_documents_are_read(self):
        compressing = client(f"user/{self.name} user/{self.name} group/nuvla-user", compress=True)
        document = {"severity": "low", "category": "user", "content": {"resource": {"href": "nuvlabox/compressed"}},
                    "description": "a long text, " * 200}
        added = compressing.add("event", document)
        self.assertEqual(self.jane.get(added.data["resource-id"]).data["description"], document["description"])


if __name__ == "__main__":
    unittest.main()
