{#- Fails for each group whose values do not sum to 1, rounding of doubles aside. -#}
{% test sums_to_one(model, column, by) %}

select
    {{ by }},
    sum({{ column }}) as total
from {{ model }}
group by {{ by }}
having not coalesce(abs(sum({{ column }}) - 1.0) <= 1e-12, false)

{% endtest %}
