# One row: the copy for readers that this build left. Nothing runs after it.


def model(dbt, session):
    dbt.ref("gate_landing")
    dbt.ref("gate_panel")

    from warehouse.publishing.dbt_node import publication_row

    return publication_row(session)
