{#- Formulas that more than one model uses. Division is between doubles everywhere. -#}

{% macro ratio(numerator, denominator) -%}
    case
        when {{ denominator }} <> 0
            then cast({{ numerator }} as double) / {{ denominator }}
    end
{%- endmacro %}


{% macro positive_log(number) -%}
    case when {{ number }} > 0 then ln({{ number }}) end
{%- endmacro %}


{% macro line_at(year, year_1, value_1, year_2, value_2) -%}
    {{ value_1 }} + ({{ value_2 }} - {{ value_1 }})
    * (cast({{ year }} - {{ year_1 }} as double) / ({{ year_2 }} - {{ year_1 }}))
{%- endmacro %}


{% macro is_constant(lowest, highest) -%}
    {{ highest }} - {{ lowest }}
    <= 1e-12 * greatest(abs({{ lowest }}), abs({{ highest }}))
{%- endmacro %}


{% macro min_max(number, lowest, highest, direction) -%}
    case
        when {{ is_constant(lowest, highest) }} then 0.0
        when {{ direction }} = '-'
            then ({{ highest }} - {{ number }}) / ({{ highest }} - {{ lowest }})
        else ({{ number }} - {{ lowest }}) / ({{ highest }} - {{ lowest }})
    end
{%- endmacro %}


{% macro entropy_term(share) -%}
    case when {{ share }} > 0 then -{{ share }} * ln({{ share }}) else 0.0 end
{%- endmacro %}


{% macro location_quotient(part, whole, all_parts, all_wholes) -%}
    case
        when {{ whole }} <> 0 and {{ all_parts }} <> 0 and {{ all_wholes }} <> 0
            then ({{ part }} / {{ whole }}) / ({{ all_parts }} / {{ all_wholes }})
    end
{%- endmacro %}


{% macro rank_from_best(score, within) -%}
    cast(rank() over (partition by {{ within }} order by {{ score }} desc) as integer)
{%- endmacro %}


{% macro exact_sum(term, over=none) -%}
    cast(
        sum(cast({{ term }} as decimal(38, 20)))
        {%- if over %} over ({{ over }}){% endif %} as double
    )
{%- endmacro %}


{% macro share_of_one(number) -%}
    case
        when {{ number }} < 0.0 then 0.0
        when {{ number }} > 1.0 then 1.0
        else {{ number }}
    end
{%- endmacro %}
