{#-
grain:  one region and year of the study
method: one column per study variable that the contract beside this file lists; the twin of
        fct_province_year from observations of which none was replaced
-#}
{{ province_panel('unreplaced', model) }}
