{#-
grain:  one region and year of the study
method: one column per study variable that the contract beside this file lists
-#}
{{ province_panel('cleaned', model) }}
