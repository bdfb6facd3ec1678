from office import Office

def test_walk(office: Office) -> None:
    staff = office.person()
    page = staff.get("/texting/")
    assert page.status_code == 200, page.text
    assert "No text messages yet" in page.text
    r = staff.post("/texting/new", {"q": "ros"})
    print(r.status_code)
    new = staff.get("/texting/new")
    assert new.status_code == 200
    import re
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', new.text).group(1)
    r = staff.post("/texting/new", {"q": "ros", "csrf_token": csrf})
    assert "Rosa Marsh" in r.text
    r = staff.send("/texting/new?contact=rosa", "Hello Rosa")
    assert r.status_code == 303, r.text
    r = staff.get(r.location)
    print(r.text)
    assert "Hello Rosa" in r.text
    office.receives("Hi there https://example.com/a?b=1.")
    r = staff.get("/texting/")
    print(r.text)
    r = staff.get("/texting/changes?since=0&table=1&conversation=" + str(office.conversation()))
    print(r.json)
    assert r.status_code == 200
