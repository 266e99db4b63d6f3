from django.contrib.admin.apps import AdminConfig


class MenloAdminConfig(AdminConfig):
    default_site = "dashboard.admin_site.MenloAdminSite"
