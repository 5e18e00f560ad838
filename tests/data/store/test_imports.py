from data.store.unit_of_work import head_revision
def test_x(store):
    assert store.revision() == head_revision()
def test_y(store):
    assert store.revision() == head_revision()
